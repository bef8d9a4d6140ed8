"""The jobs app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from lianshu.ui.wording import name_actions


class JobsConfig(AppConfig):
    """Work in the background: collects the handlers in every app's `jobs` module."""

    name = "lianshu.jobs"
    label = "jobs"

    def ready(self) -> None:
        autodiscover_modules("jobs")
        name_actions({"jobs.cancelled": _("取消任务"), "jobs.retried": _("重试任务")})
