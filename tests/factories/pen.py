"""A hand that writes on the glass."""


def sign(page):
    """A signature on the canvas of the page, as a finger or a mouse writes it."""
    glass = page.locator("canvas.glass")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 40 + 30 * (step % 2))
    page.mouse.up()
