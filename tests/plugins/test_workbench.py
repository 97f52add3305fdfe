"""The workbench in a real viewer."""


def test_the_workbench_opens_and_follows_the_theme(workbench):
    assert workbench.session.video_name == "one.mp4"
    assert workbench.theme.colors.is_dark
    workbench.viewer.theme = "light"
    assert not workbench.theme.colors.is_dark
