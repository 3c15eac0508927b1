"""Settings by subject. What differs between installations is an environment variable: see ``environment``."""

from consular.settings.api import *
from consular.settings.background import *
from consular.settings.base import *
from consular.settings.database import *
from consular.settings.messages import *
from consular.settings.observability import *
from consular.settings.payments import *
from consular.settings.security import *
from consular.settings.staff import *
from consular.settings.storage import *
