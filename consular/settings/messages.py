"""Who carries messages: text messages, pushes to Android and to iPhones. E-mail is in ``storage``."""

from consular.settings.environment import ENV

SMS_URL = ENV["SMS_URL"]
SMS_TEMPLATES = dict(entry.split("=", 1) for entry in ENV["SMS_TEMPLATES"])

FCM_URL = ENV["FCM_URL"].rstrip("/")
FCM_CREDENTIALS = ENV["FCM_CREDENTIALS"]
APNS_URL = ENV["APNS_URL"].rstrip("/")
APNS_KEY = ENV["APNS_KEY"]
APNS_KEY_ID = ENV["APNS_KEY_ID"]
APNS_TEAM_ID = ENV["APNS_TEAM_ID"]
APNS_TOPIC = ENV["APNS_TOPIC"]
PUSH_CA = ENV["PUSH_CA"]
