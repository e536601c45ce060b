"""Addresses of what goes out and comes in: channels, programs that listen, calls, receipts."""

from django.urls import URLPattern, URLResolver, path

from outages.views.messages import by_hand, channels, inbound, notices

urlpatterns: list[URLPattern | URLResolver] = [
    path("notices/<int:notice_id>/approve", notices.approve, name="notice-approve"),
    path("by-hand/", by_hand.by_hand_list, name="by-hand"),
    path("by-hand/calls/<int:delivery_id>/", by_hand.call, name="call"),
    path("by-hand/calls/<int:delivery_id>/phone", by_hand.call_phone, name="call-phone"),
    path("by-hand/postings/<int:delivery_id>/", by_hand.posting, name="hand-posting"),
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
    path("inbound/<str:channel>", inbound.heard, name="inbound"),
]
