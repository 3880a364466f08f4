from dlcli.reports.figure import new_figure, style_axes, to_png


def test_the_same_bytes_every_time_without_the_version_of_what_drew_them() -> None:
    def draw() -> bytes:
        figure = new_figure(2.0, 1.0)
        style_axes(figure.add_axes((0.2, 0.2, 0.7, 0.7)))
        return to_png(figure, "a title")

    assert draw() == draw()
    assert b"a title" in draw() and b"atplotlib" not in draw()


def test_axes_have_no_frame_but_the_line_at_the_bottom() -> None:
    axes = new_figure(2.0, 1.0).add_axes((0.2, 0.2, 0.7, 0.7))
    style_axes(axes)
    assert [side for side in axes.spines if axes.spines[side].get_visible()] == ["bottom"]
