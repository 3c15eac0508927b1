import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consular.settings")

application = get_wsgi_application()

# What was imported stays for good: the collector need not look at it again, nor fork copy it. A request leaves
# little in circles, so it looks less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
