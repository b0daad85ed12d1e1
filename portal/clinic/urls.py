from django.urls import path

from portal import support

app_name = "clinic"
urlpatterns = [path("", support.desk, name="worklist")]
