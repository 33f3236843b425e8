"""Pictures as SVG, each with the table that says the same: from figures to text, for page and PDF alike [pure]."""
