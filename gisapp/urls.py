"""Every address of the control room. The public's are those of a process of its own."""

from importlib.util import find_spec

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from gisapp import health, reckoning, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", health.live, name="health-live"),
    path("healthz/ready", health.ready, name="health-ready"),
    path("", views.home, name="home"),
    path("sign-in", views.SignIn.as_view(), name="login"),
    path("sign-out", LogoutView.as_view(), name="logout"),
    path("language", views.switch_language, name="switch-language"),
    path("theme", views.switch_theme, name="switch-theme"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("reckon-risk", reckoning.reckon_risk, name="reckon-risk"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/map/", views.gallery_map, name="gallery-map"),
    path("gallery/public/", views.gallery_public, name="gallery-public"),
    path("gallery/phone/", views.gallery_phone, name="gallery-phone"),
    path("admin/", admin.site.urls),
    # Links that people kept from when both were one.
    path(
        "public/",
        include(
            (
                [
                    path("", views.to_public_side, name="map"),
                    path("<path:rest>", views.to_public_side, name="elsewhere"),
                ],
                "public",
            )
        ),
    ),
]

# Each app names its own paths; one that has no pages is passed over.
for prefix, module in (
    ("network/", "network.urls"),
    ("", "outages.urls"),
    ("layers/", "layers.urls.staff"),
):
    if find_spec(module.partition(".")[0]) and find_spec(module):
        urlpatterns.append(path(prefix, include(module)))

handler400 = "gisapp.views.bad_request"
handler403 = "gisapp.views.forbidden"
handler404 = "gisapp.views.not_found"
handler500 = "gisapp.views.server_error"
