"""A notice put up."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PostingForm(forms.Form):
    """A notice put up: a photo of it, or a word. `done_at` is the phone's, in milliseconds."""

    client_key = forms.UUIDField()
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)
    photo = forms.FileField(label=_("Photo"), required=False)
    done_at = forms.IntegerField(min_value=1, required=False)
