from django.urls import path

from portal import support

app_name = "my"
urlpatterns = [path("", support.desk, name="home")]
