from django.urls import path

from portal import support

app_name = "operator"
urlpatterns = [path("", support.desk, name="imports")]
