"""Tags, label stock, layout and rendering."""
