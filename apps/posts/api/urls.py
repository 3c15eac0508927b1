from django.urls import path

from apps.posts.api import views

urlpatterns = [
    path("countries", views.Countries.as_view(), name="countries"),
    path("posts", views.Posts.as_view(), name="posts"),
    path("posts/competent", views.CompetentPosts.as_view(), name="competent_posts"),
    path("posts/<str:code>", views.OnePost.as_view(), name="post"),
]
