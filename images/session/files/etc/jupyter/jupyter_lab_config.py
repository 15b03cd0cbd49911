"""Settings of JupyterLab: nothing is fetched from outside, nothing is offered that cannot work on a read-only root."""

c = get_config()  # noqa: F821

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
