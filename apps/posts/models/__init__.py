from apps.posts.models.hours import Closure, OpeningRule, Weekday
from apps.posts.models.post import ChargePolicy, District, Officer, Policy, Post, PostKind, PostQuerySet
from apps.posts.models.service import ANSWER_DAYS, Delivery, Service, ServiceCode, Urgency
from apps.posts.models.tariff import ApplicantClass, Component, Tariff, TariffQuerySet
from apps.posts.models.waiver import Waiver, WaiverReason

__all__ = [
    "ANSWER_DAYS",
    "ApplicantClass",
    "ChargePolicy",
    "Closure",
    "Component",
    "Delivery",
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
    "TariffQuerySet",
    "Urgency",
    "Waiver",
    "WaiverReason",
    "Weekday",
]
