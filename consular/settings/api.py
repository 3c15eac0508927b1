from consular.settings.base import VERSION

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["apps.kernel.api.negotiation.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.kernel.api.negotiation.JSONRendererOnly"],
    "DEFAULT_PAGINATION_CLASS": "apps.kernel.api.pagination.Cursor",
    "DEFAULT_SCHEMA_CLASS": "apps.kernel.api.schema.Schema",
    "EXCEPTION_HANDLER": "apps.kernel.api.problem.handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is answered 405: the schema says what there is
    "COERCE_DECIMAL_TO_STRING": False,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "China Consular",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "Consular services on a phone: one journey, one case, one list of moves.",
    "LICENSE": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "FoundPassportStatusEnum": "apps.losses.statuses.FoundStatus",
        "LossStatusEnum": "apps.losses.statuses.Status",
        "ActingKindEnum": "apps.accounts.api.serializers.ACTING_KINDS",
        "AgreedByItselfEnum": "apps.accounts.api.rights.AGREED_BY_ITSELF",
        "GrantableEnum": "apps.accounts.api.rights.GRANTABLE_SCOPES",
        "PurposeEnum": "apps.accounts.texts.PURPOSES",
        "ScopeEnum": "apps.accounts.models.Scope",
        "CaseFaceEnum": "apps.cases.statuses.Face",
        "CaseStageEnum": "apps.cases.statuses.Status",
        "FileKindEnum": "apps.documents.statuses.FileKind",
        "FileStatusEnum": "apps.documents.statuses.FileStatus",
        "PaymentChannelEnum": "apps.payments.statuses.Channel",
        "PaymentStatusEnum": "apps.payments.statuses.Status",
        "MessageChannelEnum": "apps.notifications.api.serializers.WAYS",
        "PushServiceEnum": "apps.notifications.statuses.PushService",
        "DayOffCauseEnum": "apps.posts.api.serializers.CAUSES",
        "PostPolicyEnum": "apps.posts.models.Policy",
        "ServiceCodeEnum": "apps.posts.models.ServiceCode",
        "PostKindEnum": "apps.posts.models.PostKind",
        "RelationKindEnum": "apps.accounts.models.Relation.Kind",
        "SexEnum": "apps.accounts.models.Sex",
        "StayEnum": "apps.travel_documents.routing.Stay",
        "TravelReasonEnum": "apps.travel_documents.routing.Reason",
        "UrgencyEnum": "apps.posts.models.Urgency",
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
BODY_LIMITS = {"/api/v1/uploads/": 12 * 1024 * 1024}
"""Bytes by the start of the path; everything else may be as long as JSON may."""
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
