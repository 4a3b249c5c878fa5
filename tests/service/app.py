"""A small service as a new user writes it: a shop that tells people of their orders, and a bot that answers."""

from typing import Annotated

from fastapi import Body, FastAPI, HTTPException

from producer import AsyncProducer, InvalidCommandError, OutboundError, Producer

Text = Annotated[str, Body(embed=True)]


def service(bot: AsyncProducer, shop: Producer) -> FastAPI:
    """Returns the service; `bot` sends from the event loop, `shop` from FastAPI's threads."""
    app = FastAPI()

    @app.post("/orders/{order}/shipped", status_code=202)
    async def shipped(order: str, psid: Text) -> dict[str, str]:
        once = bot.with_options(idempotency_key=f"shipped {order}")
        try:
            ticket = await once.send_text(psid, f"Order {order} has been shipped.")
        except OutboundError as error:
            raise HTTPException(503, str(error)) from error
        return {"ticket": ticket.id}

    @app.post("/bot", status_code=202)
    async def answered(psid: Text, text: Text) -> None:
        profile = await (await bot.get_user_profile(psid)).result(timeout_s=10)
        await bot.typing_on(psid)
        for line in text.splitlines():
            await bot.send_text(psid, f"{profile['first_name']}, you said: {line}")

    @app.post("/sales", status_code=202)
    def announced(psid: Text, text: Text) -> None:
        try:
            shop.with_options(priority="bulk", expires_in=3600).send_text(psid, text)
        except InvalidCommandError as error:
            raise HTTPException(422, str(error)) from error

    return app
