"""Addresses of the call-backs."""

from django.urls import URLPattern, URLResolver, path

from outages.views.callbacks import lists, page, rates

urlpatterns: list[URLPattern | URLResolver] = [
    path("call-backs/", lists.callback_list, name="callbacks"),
    path("call-backs/rates/", rates.rates_page, name="callback-rates"),
    path("call-backs/opinions/", lists.opinion_list, name="callback-opinions"),
    path("call-backs/replies/<int:reply_id>/read", lists.reply_read, name="callback-reply"),
    path(
        "call-backs/rectifications/<int:key>/done",
        lists.rectification_done,
        name="rectification-done",
    ),
    path("call-backs/<str:number>/", page.callback, name="callback"),
    *[
        path(f"call-backs/<str:number>/{slug}", view, name=f"callback-{slug}")
        for slug, view in page.CALLBACK_ACT_VIEWS.items()
    ],
]
