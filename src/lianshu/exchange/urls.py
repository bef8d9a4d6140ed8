"""Addresses of the exchange."""

from django.urls import URLPattern, path

from lianshu.exchange.lists import DEMANDS, PROJECTS, RECOMMENDATIONS, RESOURCES
from lianshu.exchange.lists_lexicon import LEXICON
from lianshu.exchange.sides import DEMAND, RESOURCE, Side
from lianshu.exchange.views import (
    editing,
    lexicon,
    pairs,
    posts,
    projects,
    quality,
    ranking,
    refining,
    sharing,
)
from lianshu.ui.lists.views import list_urls


def post_urls(side: Side) -> list[URLPattern]:
    """Pages and deeds of one side; they are named `demand`, `demand-edit`, …"""
    one = f"{side.list_name}/<slug:public_id>/"
    deeds = {
        "publish": posts.post_publish,
        "renew": posts.post_renew,
        "withdraw": posts.post_withdraw,
        "delete": posts.post_delete,
        "match": posts.post_match,
        "disclose": sharing.post_disclose,
        "exclude": sharing.post_exclude,
        "attach": sharing.post_attach,
        "edit": editing.post_edit,
        "autosave": editing.post_autosave,
    }
    return [
        path(f"{side.list_name}/new/", editing.post_new(side), name=f"{side.name}-new"),
        path(
            f"{side.list_name}/new/autosave/",
            editing.post_autosave(side),
            name=f"{side.name}-autosave-new",
        ),
        path(one, posts.post_page(side), name=side.name),
        *(
            path(f"{one}{deed}/", view(side), name=f"{side.name}-{deed}")
            for deed, view in deeds.items()
        ),
    ]


PAIR = "recommendations/<slug:public_id>/"
PROJECT = "projects/<slug:public_id>/"

urlpatterns = [
    *list_urls("demands/", DEMANDS),
    path("demands/hints/", refining.demand_hints, name="demand-hints"),
    path("demands/<slug:public_id>/refine/", refining.demand_refine, name="demand-refine"),
    path(
        "demands/<slug:public_id>/refine/<int:number>/",
        refining.refinement_decide,
        name="refinement-decide",
    ),
    *post_urls(DEMAND),
    *list_urls("resources/", RESOURCES),
    *post_urls(RESOURCE),
    *list_urls("recommendations/", RECOMMENDATIONS),
    path(PAIR, pairs.recommendation, name="recommendation"),
    path(f"{PAIR}send/", pairs.recommendation_send, name="recommendation-send"),
    path(f"{PAIR}accept/", pairs.recommendation_accept, name="recommendation-accept"),
    path(f"{PAIR}decline/", pairs.recommendation_decline, name="recommendation-decline"),
    path(f"{PAIR}undo/", pairs.recommendation_undo, name="recommendation-undo"),
    path("demands/<slug:public_id>/judge/", ranking.demand_judge, name="demand-judge"),
    path(
        "demands/<slug:public_id>/judge/<slug:resource_id>/",
        ranking.demand_judge_one,
        name="demand-judge-one",
    ),
    path("demands/<slug:public_id>/gain/", ranking.demand_gain, name="demand-gain"),
    path("matching/models/", ranking.ranker_list, name="ranker-models"),
    path("matching/models/learn/", ranking.ranker_learn, name="ranker-learn"),
    path("matching/models/<slug:public_id>/use/", ranking.ranker_use, name="ranker-use"),
    path("matching/quality/", quality.matching_quality, name="matching-quality"),
    path(
        "matching/quality/<slug:table>.<slug:format>",
        quality.matching_quality_export,
        name="matching-quality-export",
    ),
    *list_urls("lexicon/", LEXICON),
    path("lexicon/new/", lexicon.lexicon_new, name="lexicon-new"),
    path("lexicon/<slug:public_id>/", lexicon.lexicon_entry, name="lexicon-entry"),
    path("lexicon/<slug:public_id>/toggle/", lexicon.lexicon_toggle, name="lexicon-toggle"),
    path("lexicon/<slug:public_id>/undo/", lexicon.lexicon_undo, name="lexicon-undo"),
    *list_urls("projects/", PROJECTS),
    path(PROJECT, projects.project, name="project"),
    path(f"{PROJECT}disclose/", projects.project_disclose, name="project-disclose"),
]
