from apps.posts.models.hours import Closure, OpeningRule, Weekday
from apps.posts.models.post import ChargePolicy, District, Officer, Policy, Post, PostKind, PostQuerySet
from apps.posts.models.service import Service, ServiceCode, Urgency
from apps.posts.models.tariff import Component, Tariff

__all__ = [
    "ChargePolicy",
    "Closure",
    "Component",
    "District",
    "Officer",
    "OpeningRule",
    "Policy",
    "Post",
    "PostKind",
    "PostQuerySet",
    "Service",
    "ServiceCode",
    "Tariff",
    "Urgency",
    "Weekday",
]
