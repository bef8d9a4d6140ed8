"""Addresses of accounts that do not stand under /accounts/: people of an organisation, invitations
and claims."""

from django.urls import path

from lianshu.accounts import views_claims, views_joining, views_leaving, views_people
from lianshu.accounts.lists_joining import CLAIMS, INVITATIONS
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    path("join/<slug:secret>/", views_joining.join, name="join"),
    path("claim/", views_joining.claim_new, name="claim-new"),
    path("claim/<slug:secret>/", views_joining.claim_status, name="claim-status"),
    path(
        "claim/<slug:secret>/withdraw/",
        views_joining.claim_status_withdraw,
        name="claim-status-withdraw",
    ),
    *list_urls("claims/", CLAIMS),
    path("claims/<slug:public_id>/", views_claims.claim, name="claim"),
    path("claims/<slug:public_id>/approve/", views_claims.claim_approve, name="claim-approve"),
    path("claims/<slug:public_id>/refuse/", views_claims.claim_refuse, name="claim-refuse"),
    path("claims/<slug:public_id>/withdraw/", views_claims.claim_withdraw, name="claim-withdraw"),
    *list_urls("invitations/", INVITATIONS),
    path("invitations/sheet/", views_people.invitation_sheet, name="invitation-sheet"),
    path(
        "invitations/<slug:public_id>/renew/",
        views_people.invitation_renew,
        name="invitation-renew",
    ),
    path(
        "invitations/<slug:public_id>/revoke/",
        views_people.invitation_revoke,
        name="invitation-revoke",
    ),
    path(
        "organisations/<slug:public_id>/people/",
        views_people.organisation_people,
        name="organisation-people",
    ),
    path(
        "organisations/<slug:public_id>/people/invite/",
        views_people.organisation_invite,
        name="organisation-invite",
    ),
    path(
        "memberships/<int:membership_id>/role/",
        views_people.membership_role,
        name="membership-role",
    ),
    path(
        "memberships/<int:membership_id>/end/", views_leaving.membership_end, name="membership-end"
    ),
]
