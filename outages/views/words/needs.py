"""Special needs in words: the codes of a customer's record, as people read them."""

from django.utils.translation import gettext


def need_in_words(code: str) -> str:
    """Word the special need that a customer's record names; an unknown one as it stands."""
    words = {
        "dialysis": gettext("dialysis"),
        "children": gettext("children"),
        "infant": gettext("infant"),
        "inpatients": gettext("inpatients"),
        "elderly": gettext("elderly people"),
        "medical": gettext("medical need"),
        "disabled": gettext("disabled person"),
        "care": gettext("care"),
    }
    return words.get(code, code)
