"""Names that only an admin may go by: those of the people and the machine who run a server."""

import re
import unicodedata
from functools import cache
from typing import Final

from chatroom.core.lookalikes import key

# In the eight languages of the server. Compared by their look, which finds "Adrnin" and a Cyrillic letter as well.
_WORDS: Final = """
admin admins administrator administrators administration mod mods moderator moderators moderation system sysadmin
systemadmin root superuser support helpdesk staff official security webmaster postmaster hostmaster chatroom everyone
administrador administradora administradores administración administracion moderador moderadora moderadores moderación
moderacion sistema soporte
administrateur administratrice administrateurs modérateur modératrice modérateurs moderateur moderatrice système systeme
équipe assistance
administratorin moderatorin verwaltung betreiber
administração administracao moderação moderacao suporte equipe
مدير المدير مشرف المشرف مسؤول المسؤول النظام الدعم الإدارة إدارة
एडमिन प्रशासक व्यवस्थापक मॉडरेटर संचालक सिस्टम सहायता
管理员 管理員 系统 系統 系统管理员 版主 客服 官方 网管 站长
"""
_NOT_LETTERS: Final = re.compile(r"[\s\d_!-/:-@\[-`{-~·•.]+")
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_AROUND: Final = ("the", "team", "bot", "official")


@cache
def _keys() -> frozenset[str]:
    return frozenset(key(form) for word in _WORDS.split() for form in (word, word.upper(), word.capitalize()))


def is_reserved(name: str) -> bool:
    """Whether a name is one of these whatever stands between and around its letters, or looks like one.

    A longer name that only contains one, as "Modesta" or "Sistema Solar" do, is free.
    """
    name = unicodedata.normalize("NFKC", name)
    folded = name.casefold()
    forms = {_NOT_LETTERS.sub("", form) for form in (name, folded, folded.translate(_LEET))}
    for form in tuple(forms):
        for word in _AROUND:
            forms |= {form.removeprefix(word), form.removesuffix(word)}
    return any(form and key(form) in _keys() for form in forms)
