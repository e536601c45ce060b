"""Addresses of what goes out and comes in: channels, programs that listen, receipts."""

from django.urls import URLPattern, URLResolver, path

from outages.views.messages import channels, inbound, notices, wechat_calls

urlpatterns: list[URLPattern | URLResolver] = [
    path("notices/withheld/<int:outage_id>", notices.draft_withheld, name="notice-withheld"),
    path("notices/<int:notice_id>/approve", notices.approve, name="notice-approve"),
    path("notices/<int:notice_id>/at-once", notices.send_at_once, name="notice-at-once"),
    path(
        "notices/<int:notice_id>/<str:channel>/decide",
        notices.decide,
        name="notice-decide",
    ),
    path(
        "notices/<int:notice_id>/<str:channel>/again",
        notices.send_again,
        name="notice-again",
    ),
    path("channels/", channels.channel_list, name="channels"),
    path("channels/subscribers/", channels.subscriber_list, name="subscribers"),
    path("channels/subscribers/add", channels.add_subscriber, name="subscriber-add"),
    path(
        "channels/subscribers/<int:subscriber_id>/secret",
        channels.change_secret,
        name="subscriber-secret",
    ),
    path(
        "channels/subscribers/<int:subscriber_id>/switch",
        channels.switch_subscriber,
        name="subscriber-switch",
    ),
    path(
        "channels/subscribers/<int:subscriber_id>/test",
        channels.test_subscriber,
        name="subscriber-test",
    ),
    path("channels/<str:channel>/switch", channels.switch, name="channel-switch"),
    path("channels/<str:channel>/test", channels.test, name="channel-test"),
    path("inbound/wechat", wechat_calls.heard, name="inbound-wechat"),
    path("inbound/<str:channel>", inbound.heard, name="inbound"),
]
