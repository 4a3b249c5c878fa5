"""The tokens and the app that calls are made with in these tests."""

from typing import Final

from worker.call.endpoints import CallContext, Token

OVERRIDE: Final = Token(source="literal", value="OTHER_TOKEN")
NAMED: Final = Token(source="secret", value="shop")
CONTEXT: Final = CallContext(app_id="APP_ID", version=(4, 0))
