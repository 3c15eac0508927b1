import sys

from deploy.decoder.install import install

problem = install()
if problem:
    sys.exit(f"the decoder could not be installed from the npm registry: {problem}")
