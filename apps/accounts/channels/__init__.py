"""How a sign-in code leaves: one module per way, all taking the same words."""

from apps.accounts.addresses import EMAIL, SMS
from apps.accounts.channels.base import Channel
from apps.accounts.channels.email import Email
from apps.accounts.channels.sms import Sms
from apps.kernel.registry import Registry

channels: Registry[Channel] = Registry("sign-in channel")
channels.add(EMAIL, Email())
channels.add(SMS, Sms())
