"""Addresses of the handheld's pages."""

from django.contrib import admin
from django.urls import path

from fulfillment.floor import loading, pack_pages, pages, stock
from inventory.models.scans import StockWork

guard = admin.site.admin_view

stock_pages = [
    *(path(f"{work}/", guard(stock.show), {"work": work}, name=f"floor-{work}") for work in StockWork.values),
    *(
        path(f"{work}/<slug:act>/", guard(stock.act), {"work": work}, name=f"floor-{work}-act")
        for work in StockWork.values
    ),
]

urlpatterns = [
    path("", guard(pages.home), name="floor"),
    path("claim/", guard(pages.claim), name="floor-claim"),
    path("pack/", guard(pack_pages.home), name="floor-pack"),
    path("pack/<slug:number>/", guard(pack_pages.bench), name="floor-pack-bench"),
    path("pack/<slug:number>/<slug:act>/", guard(pack_pages.act), name="floor-pack-act"),
    path("load/", guard(loading.choose), name="floor-load"),
    path("load/<slug:number>/", guard(loading.truck), name="floor-truck"),
    path("load/<slug:number>/<slug:act>/", guard(loading.act), name="floor-truck-act"),
    *stock_pages,
    path("<slug:number>/", guard(pages.walk), name="floor-walk"),
    path("<slug:number>/<slug:act>/", guard(pages.act), name="floor-act"),
]
