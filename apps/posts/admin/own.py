"""What belongs to a post is for the staff of that post."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.models import User
from apps.kernel.admin import ModelAdmin
from apps.posts.models import Post


def own_posts(request: HttpRequest) -> QuerySet[Post]:
    """Every post to a superuser; to anyone else the one where they work."""
    user = cast("User", request.user)
    return Post.objects.all() if user.is_superuser else Post.objects.of_officer(user)


class OfThePost(ModelAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(post__in=own_posts(request)).select_related("post")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "post":
            kwargs["queryset"] = own_posts(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
