"""Addresses of the roof's own pages."""

from django.contrib import admin
from django.urls import path

from oms.outlets import search

urlpatterns = [path("search/", admin.site.admin_view(search.search_page), name="search")]
