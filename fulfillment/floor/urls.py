"""Addresses of the handheld's pages."""

from django.contrib import admin
from django.urls import path

from fulfillment.floor import pages

guard = admin.site.admin_view

urlpatterns = [
    path("", guard(pages.home), name="floor"),
    path("claim/", guard(pages.claim), name="floor-claim"),
    path("<slug:number>/", guard(pages.walk), name="floor-walk"),
    path("<slug:number>/<slug:act>/", guard(pages.act), name="floor-act"),
]
