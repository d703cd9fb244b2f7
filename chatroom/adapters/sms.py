"""`SmsSender` by Twilio over HTTP, and by nobody. Their own package is 24 MB and blocks."""

from typing import Final
from urllib.parse import quote

from chatroom.core.errors import Problem
from chatroom.features.auth.ports import NotSent

TWILIO: Final = "https://api.twilio.com"
_TIMEOUT: Final = 10.0  # seconds
_REFUSED: Final = 400


class TwilioSms:
    """Sends with Twilio's Messages resource (version 2010-04-01)."""

    def __init__(self, account: str, token: str, sender: str, url: str = TWILIO) -> None:
        self._auth = (account, token)
        self._sender = sender
        self._url = f"{url}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"

    def check(self) -> None:
        """It may be tried."""

    async def send(self, number: str, text: str) -> None:
        import httpx2  # noqa: PLC0415 - 60 ms that a server without text messages does not spend

        fields = {"To": number, "From": self._sender, "Body": text}
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
                answer = await client.post(self._url, data=fields, auth=self._auth)
        except httpx2.HTTPError as error:
            raise NotSent(f"Twilio could not be reached: {type(error).__name__}") from None
        if answer.status_code >= _REFUSED:
            raise NotSent(f"Twilio answered {answer.status_code}")


class NoSms:
    """Sends nothing and says so."""

    def check(self) -> None:
        raise Problem("sms_unavailable")

    async def send(self, number: str, text: str) -> None:
        self.check()
