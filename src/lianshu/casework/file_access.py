"""Who may download what was given with a case: whoever has a part in it; who was asked for its
opinion, what it may read; what is sealed, only the two openers and whoever gave it, and only after
both have opened."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.casework.queries import takes_part
from lianshu.casework.veiling import may_read_box_id, may_read_file_in_box, may_read_file_of
from lianshu.files.access import register


def can_read_case_file(actor: Actor, object_id: int) -> Verdict:
    """As the case."""
    if takes_part(actor, object_id):
        return Verdict.yes()
    return Verdict.no(_("附件属于办件，只有参与的单位和负责的链办才能下载。"))


def can_read_one_case_file(actor: Actor, object_id: int, public_id: str) -> Verdict:
    """What the asker gave before it asked this reader's organisation, and that one's own."""
    if may_read_file_of(actor, object_id, public_id):
        return Verdict.yes()
    return can_read_case_file(actor, object_id)


def can_read_sealed_file(actor: Actor, object_id: int) -> Verdict:
    """As what is sealed with it."""
    if may_read_box_id(actor, object_id):
        return Verdict.yes()
    return Verdict.no(_("这份文件是密封的，要等约定的双方都开封后由他们查看。"))


def can_read_one_sealed_file(actor: Actor, object_id: int, public_id: str) -> Verdict:
    """Its giver reads its own as well, once it is open."""
    if may_read_file_in_box(actor, object_id, public_id):
        return Verdict.yes()
    return can_read_sealed_file(actor, object_id)


register("casework.case", can_read_case_file, of_one=can_read_one_case_file)
register("casework.sealedbox", can_read_sealed_file, of_one=can_read_one_sealed_file)
