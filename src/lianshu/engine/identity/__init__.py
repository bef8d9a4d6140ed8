"""Who an organisation is, judged by published rules: credit code and size class. No Django.

check_credit_code("９１３４０６００ＭＡ２ＰＢＭＡ７４Ｂ").verdict   # Verdict.NORMALISE
size_class(load_size_table(folder), industry="3562", staff=280, revenue_fen=5_000_000_00)
"""

from lianshu.engine.identity.credit_code import (
    ALPHABET,
    CreditCode,
    Parts,
    Verdict,
    check_character,
    check_credit_code,
    complete_credit_code,
    normalise_credit_code,
    organisation_check_character,
)
from lianshu.engine.identity.size import (
    SIZE_FILE,
    Size,
    SizeStatus,
    SizeTable,
    SizeVerdict,
    load_size_table,
    size_class,
)

__all__ = [
    "ALPHABET",
    "SIZE_FILE",
    "CreditCode",
    "Parts",
    "Size",
    "SizeStatus",
    "SizeTable",
    "SizeVerdict",
    "Verdict",
    "check_character",
    "check_credit_code",
    "complete_credit_code",
    "load_size_table",
    "normalise_credit_code",
    "organisation_check_character",
    "size_class",
]
