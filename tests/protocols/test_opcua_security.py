"""Both ends with certificates and users: who is let in, and the cause for whoever is not."""

from dataclasses import replace
from pathlib import Path

import pytest
from asyncua import Client
from asyncua.ua.uaerrors import UaError
from cryptography.hazmat.primitives import hashes
from pydantic import ValidationError

from protocols.interfaces import Link
from protocols.opcua.certificates import Credentials
from protocols.opcua.settings import OpcuaSettings
from tests.protocols.opcua_bench import command, connected, driving, emulating, s7
from tests.protocols.opcua_keys import make
from twins.command import CommandResult


@pytest.fixture
def ours(tmp_path):
    return make(tmp_path, "gatehouse", number=1)


@pytest.fixture
def theirs(tmp_path):
    return make(tmp_path, "server", number=2)


@pytest.fixture
def stranger(tmp_path):
    return make(tmp_path, "stranger", number=3)


def settings(own, *trusted, security="sign-and-encrypt", **more):
    return OpcuaSettings(
        security=security,
        certificate=own.certificate,
        key=own.key,
        trusted=tuple(one if isinstance(one, str) else one.certificate for one in trusted),
        **more,
    )


def guarded(server_settings, lost_after=1):
    barrier = connected("barrier", s7("barrier"), lost_after)
    return emulating(barrier, settings=server_settings), barrier


async def cause_of(server_settings, client_settings):
    """Return why a driver with these settings does not get at the points."""
    running, barrier = guarded(server_settings)
    async with running as (_, link):
        dialled = Link(url=link.url, devices=(barrier,), settings=client_settings)
        async with driving(dialled) as (_, heard):
            return (await heard.until_bad("barrier", "closed")).cause


@pytest.mark.parametrize("security", ["sign", "sign-and-encrypt"])
async def test_two_ends_that_trust_each_other_speak_protected(ours, theirs, security):
    running, _ = guarded(settings(theirs, ours, security=security), lost_after=5)
    async with running as (emulator, link):
        mine = replace(link, settings=settings(ours, theirs, security=security))
        async with driving(mine) as (driver, heard):
            await heard.until_value("barrier", "closed", False)
            await emulator.publish("barrier", {"closed": True})
            await heard.until_value("barrier", "closed", True)
            ended = await driver.execute(command("barrier", "open", opened=True))
            assert ended.result is not CommandResult.REFUSED
            await emulator.cut()
            await heard.until_bad("barrier", "closed")
            await emulator.restore()
            await heard.until_value("barrier", "closed", True)


async def test_a_server_that_is_not_trusted_is_refused_and_its_certificate_named(
    ours, theirs, stranger
):
    cause = await cause_of(settings(theirs, ours), settings(ours, stranger))
    thumbprint = theirs.signed.fingerprint(hashes.SHA1()).hex()  # noqa: S303  a name
    shown = f"CN=server (SHA-1 {thumbprint})"
    assert cause == f"the server's certificate {shown} is not among those trusted"


async def test_a_client_that_the_server_does_not_trust_is_told_so(ours, theirs, stranger):
    cause = await cause_of(settings(theirs, stranger), settings(ours, theirs))
    assert cause == "BadCertificateUntrusted: the server does not trust our certificate"


async def test_an_expired_certificate_is_refused_although_it_is_listed(tmp_path, ours):
    old = make(tmp_path, "old", number=2, days=(-30, -1))
    cause = await cause_of(settings(old, ours), settings(ours, old))
    assert cause.endswith("is not valid today")


async def test_a_server_whose_authority_is_trusted_is_believed(tmp_path, ours):
    authority = make(tmp_path, "authority", number=3, authority=True)
    server = make(tmp_path, "issued", number=2, issuer=authority)
    running, _ = guarded(settings(server, ours), lost_after=5)
    mine = settings(ours, authority)
    async with running as (_, link), driving(replace(link, settings=mine)) as (_, heard):
        await heard.until_value("barrier", "closed", False)


async def test_who_merely_signed_a_certificate_without_being_an_authority_vouches_for_nobody(
    tmp_path, ours, stranger
):
    server = make(tmp_path, "issued", number=2, issuer=stranger)
    cause = await cause_of(settings(server, ours), settings(ours, stranger))
    assert cause.endswith("is not among those trusted")


async def test_a_server_that_offers_less_is_not_spoken_with(ours, theirs):
    cause = await cause_of(settings(theirs, ours, security="sign"), settings(ours, theirs))
    assert cause == "the server offers no Basic256Sha256 with SignAndEncrypt"


async def test_who_comes_without_protection_is_not_let_in(ours, theirs):
    running, barrier = guarded(settings(theirs, ours))
    async with running as (_, link):
        with pytest.raises((UaError, OSError, TimeoutError)):
            await Client(link.url, timeout=2).connect()
        async with driving(Link(url=link.url, devices=(barrier,))) as (_, heard):
            await heard.until_bad("barrier", "closed")


def with_password(tmp_path, word):
    file = tmp_path / f"password-{word}"
    file.write_text(word + "\n")
    return {"user": "gate", "password_file": str(file)}


async def test_a_user_with_the_right_password_is_let_in(tmp_path, ours, theirs):
    word = with_password(tmp_path, "open-sesame")
    running, _ = guarded(settings(theirs, ours, **word), lost_after=5)
    mine = settings(ours, theirs, **word)
    async with running as (_, link), driving(replace(link, settings=mine)) as (_, heard):
        await heard.until_value("barrier", "closed", False)


@pytest.mark.parametrize("word", ["wrong", None])
async def test_a_wrong_password_and_no_user_at_all_are_refused(tmp_path, ours, theirs, word):
    right = with_password(tmp_path, "open-sesame")
    claimed = {} if word is None else with_password(tmp_path, word)
    cause = await cause_of(settings(theirs, ours, **right), settings(ours, theirs, **claimed))
    assert cause in (
        "BadUserAccessDenied: the server does not let this user in",
        "BadIdentityTokenRejected: the server does not let this kind of user in",
    )


async def test_a_user_s_certificate_lets_in_its_holder_and_nobody_else(
    tmp_path, ours, theirs, stranger
):
    guard = make(tmp_path, "guard", number=4)
    theirs_now = settings(theirs, ours, user_certificate=guard.certificate, user_key=guard.key)
    running, _ = guarded(theirs_now, lost_after=5)
    async with running as (_, link):
        holder = settings(ours, theirs, user_certificate=guard.certificate, user_key=guard.key)
        async with driving(replace(link, settings=holder)) as (_, heard):
            await heard.until_value("barrier", "closed", False)
    other = settings(ours, theirs, user_certificate=stranger.certificate, user_key=stranger.key)
    cause = await cause_of(theirs_now, other)
    assert cause == "BadUserAccessDenied: the server does not let this user in"


async def test_the_same_settings_serve_both_ends_so_that_a_school_can_be_emulated(ours, theirs):
    same = settings(ours, theirs)
    running, _ = guarded(same, lost_after=5)
    async with running as (_, link), driving(replace(link, settings=same)) as (_, heard):
        await heard.until_value("barrier", "closed", False)


def test_every_certificate_in_a_trusted_folder_is_believed_and_other_files_are_left_alone(
    tmp_path, ours, theirs, stranger
):
    folder = tmp_path / "trusted"
    folder.mkdir()
    Path(theirs.certificate).rename(folder / "server.der")
    (folder / "notes.txt").write_text("not a certificate")
    credentials = Credentials.of(settings(ours, str(folder)))
    assert credentials.trusts(theirs.signed)
    assert credentials.trusts(ours.signed), "who has our key is us"
    assert not credentials.trusts(stranger.signed)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"security": "sign"}, "needs `certificate`, `key` and `trusted`"),
        ({"certificate": "gatehouse.der"}, "a certificate needs its key"),
        ({"certificate": "gatehouse.der", "key": "gatehouse.pem"}, "nothing without `security`"),
        ({"certificate": "none.der"}, "there is no "),
        ({"user": "gate"}, "a user needs `password_file` or `password_variable`"),
        ({"password_variable": "GATEHOUSE_TEST_UNSET"}, "GATEHOUSE_TEST_UNSET is not set"),
        ({"user": "gate", "password_file": "word"}, "a password needs `security: sign-and-encrypt`"),
        ({"password": "x"}, "Extra inputs are not permitted"),
        (
            {"security": "sign", "certificate": "word", "key": "gatehouse.pem", "trusted": ["word"]},
            "word holds no certificate",
        ),
        (
            {
                "security": "sign", "certificate": "gatehouse.der", "key": "server.pem",
                "trusted": ["server.der"],
            },
            "is not the key of",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused_with_the_reason(
    tmp_path, ours, theirs, written, message
):
    (tmp_path / "word").write_text("open-sesame")
    with pytest.raises(ValidationError, match=message):
        OpcuaSettings.model_validate(written, context={"scheme": "opc.tcp", "folder": tmp_path})


def test_a_password_is_taken_from_the_environment(monkeypatch, ours, theirs):
    monkeypatch.setenv("GATE_WORD", "from-outside")
    found = settings(ours, theirs, user="gate", password_variable="GATE_WORD")  # noqa: S106  where, not what
    assert found.password.endswith("outside")
    assert "from-outside" not in repr(found)
