"""Files that are cut, altered, hostile or of another kind: a refusal that says where and what to do, and nothing else."""

import contextlib
import io
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecourse.bank.formats import detect
from duecourse.bank.formats.statement import BankFile, FileRefused
from duecourse.core.errors import Refused
from tests.bank import corpus

CAMT = (corpus.FILES / "statement.camt053.xml").read_bytes()
MT940 = (corpus.FILES / "statement.mt940").read_bytes()
WHOLE = {"camt": detect.read(CAMT, "whole"), "mt940": detect.read(MT940, "whole")}


def refusal(data: bytes, wanted: str = "auto") -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        detect.read(data, "march.txt", wanted)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("march.txt")
    return caught.value


def amount(text: str) -> Callable[[], bytes]:
    return lambda: CAMT.replace(b">490.00<", f">{text}<".encode())


def comma(text: str) -> Callable[[], bytes]:
    return lambda: MT940.replace(b"CR490,00N", f"CR{text}N".encode())


CASES: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("empty", lambda: b"", "bank.file-empty", "empty"),
    ("blank", lambda: b"\xef\xbb\xbf \r\n\n", "bank.file-empty", "empty"),
    ("camt cut in an entry", lambda: CAMT[: len(CAMT) // 2], "bank.file-truncated", "get the complete file"),
    ("mt940 cut in an entry", lambda: MT940[: len(MT940) // 2], "bank.file-truncated", "closing balance (:62F:)"),
    ("camt damaged", lambda: CAMT.replace(b"</Dbtr>", b"</Debtor>"), "bank.file-damaged", "not well-formed"),
    ("camt with NUL", lambda: CAMT.replace(b"Ourselves", b"Our\0selves"), "bank.file-damaged", "line 23"),
    ("mt940 with NUL", lambda: MT940.replace(b"Conrad", b"Con\0rad"), "bank.file-damaged", "line 11"),
    ("Latin-1 in UTF-8 XML", lambda: CAMT.replace("ü".encode(), b"\xfc"), "bank.file-charset", "line 22"),
    ("unknown charset", lambda: CAMT.replace(b"UTF-8", b"KLINGON"), "bank.file-charset", "character set"),
    ("mixed charsets", lambda: MT940.replace(b"Conrad", b"C\xf6nrad").replace(b"plain", "plän".encode()), "bank.file-charset", "line 11"),
    ("mt940 in UTF-16", lambda: MT940.decode().encode("utf-16"), "bank.file-not-recognised", "UTF-16"),
    ("camt balance", lambda: CAMT.replace(b"1555.50", b"1556.50"), "bank.balance-does-not-tie", "difference is 1.00 EUR"),
    ("mt940 balance", lambda: MT940.replace(b"62F:C251231EUR1494,50", b"62F:C251231EUR1494,05"), "bank.balance-does-not-tie", "-0.45 EUR"),
    ("camt entry lost", lambda: CAMT.replace(b"<RvslInd>true</RvslInd><Sts><Cd>BOOK", b"<Sts><Cd>PDNG"), "bank.balance-does-not-tie", "-85.00"),
    ("two currencies", lambda: CAMT.replace(b'"EUR">1555', b'"USD">1555'), "bank.currency-mixed", "USD"),
    ("entry in another currency", lambda: CAMT.replace(b'"EUR">85.00', b'"USD">85.00'), "bank.currency-mixed", "USD"),
    ("no direction", lambda: CAMT.replace(b"DBIT</CdtDbtInd><RvslInd>", b"MINUS</CdtDbtInd><RvslInd>"), "bank.field-missing", "found MINUS"),
    ("no currency", lambda: CAMT.replace(b'Ccy="EUR">490', b">490"), "bank.field-missing", "Ccy"),
    ("no account", lambda: CAMT.replace(b"<Othr><Id>4711-0815</Id></Othr>", b""), "bank.field-missing", "Acct/Id"),
    ("bad day", lambda: CAMT.replace(b"<DtTm>2026-03-03T00", b"<DtTm>03.03.2026T00"), "bank.date-not-readable", "YYYY-MM-DD"),
    ("impossible day", lambda: MT940.replace(b":61:2601021231", b":61:2613021231"), "bank.date-not-readable", "YYMMDD"),
    ("future version", lambda: CAMT.replace(b"001.08", b"001.99"), "bank.file-version", "camt.053.001.99"),
    ("no statement", lambda: b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>',
     "bank.file-without-statements", "without any statement"),
    ("NaN", amount("NaN"), "bank.amount-not-readable", "“NaN”"),
    ("infinity", amount("Infinity"), "bank.amount-not-readable", "Infinity"),
    ("exponent", amount("1e3"), "bank.amount-not-readable", "1e3"),
    ("fullwidth digits", amount("４９０.00"), "bank.amount-not-readable", "certainty"),
    ("both marks", amount("1,234.56"), "bank.amount-not-readable", "1,234.56"),
    ("comma in camt", amount("1234,56"), "bank.amount-not-readable", "decimal point"),
    ("minus", amount("-490.00"), "bank.amount-not-readable", "no sign"),
    ("minus zero", amount("-0.00"), "bank.amount-not-readable", "no sign"),
    ("thirteen decimals", amount("1.1234567890123"), "bank.amount-not-readable", "decimals"),
    ("10^15", amount("1000000000000000"), "bank.amount-not-readable", "15 digits"),
    ("empty amount", amount(""), "bank.field-missing", "an amount"),
    ("mt940 NaN", comma("NaN"), "bank.amount-not-readable", "NaN"),
    ("mt940 both marks", comma("1.234,56"), "bank.amount-not-readable", "1.234,56"),
    ("mt940 point", comma("490.00"), "bank.amount-not-readable", "decimal comma"),
    ("mt940 no mark", comma("49000"), "bank.amount-not-readable", "decimal comma"),
    ("mt940 thousands", comma("1,234"), "bank.amount-not-readable", "thousands"),
    ("mt940 exponent", comma("1e3,"), "bank.amount-not-readable", "1e3"),
    ("mt940 minus", comma("-490,00"), "bank.amount-not-readable", "-490,00"),
    ("mt940 fullwidth", comma("４９０,00"), "bank.amount-not-readable", "certainty"),
    ("entry before balance", lambda: MT940.replace(b":60F:C251230EUR1000,00\n", b""), "bank.field-misplaced", "line 5"),
    ("not an entry", lambda: MT940.replace(b":61:251231D15,5", b":61:hello"), "bank.field-not-readable", "hello"),
    ("not a balance", lambda: MT940.replace(b":60F:C251230EUR", b":60F:251230EUR"), "bank.field-not-readable", ":60F:"),
    ("endless line", lambda: b":20:A\n" + b"x" * 30_000, "bank.file-damaged", "line 2"),
]  # fmt: skip


class TestRefusal:
    @pytest.mark.parametrize(("make", "code", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
    def test_names_what_is_wrong(self, make: Callable[[], bytes], code: str, words: str) -> None:
        refused = refusal(make())
        assert refused.code == code
        assert words in str(refused)

    def test_names_the_line_of_a_bad_amount(self) -> None:
        refused = refusal(amount("NaN")())
        assert refused.details["line"] == 14
        assert refused.details["field"] == "Ntry/Amt"

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
            (b"Date;Amount;Text\n2026-03-01;1,00;x\n", "a table (CSV)"),
            (b"<!DOCTYPE html><html><body>Please log in</body></html>", "a web page (HTML)"),
            (b"<html><body>camt</body></html>", "a web page (HTML)"),
            (b"\x1f\x8b\x08\x00", "a gzip archive"),
            (b"OFXHEADER:100\r\nDATA:OFXSGML\r\n", "an OFX file"),
            (b"01,122099999,123456789,040621,0200,1,65,,2/\n", "a BAI2 file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel or Word file"),
            (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "a pain.001.001.09 message"),
            (b"<?xml version='1.0'?><note/>", "XML of another kind"),
            (b"\x00\x01\x02\x03", "a binary file"),
            (b"hello", "no format that is known here"),
        ],
    )
    def test_names_the_other_format(self, data: bytes, words: str) -> None:
        refused = refusal(data)
        assert refused.code == "bank.file-not-recognised"
        assert f"this is {words}" in str(refused)

    def test_names_archives_and_workbooks(self) -> None:
        for member, words in (("statement.xml", "ZIP archive; unpack it first"), ("[Content_Types].xml", "Excel workbook")):
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr(member, CAMT)
            assert words in str(refusal(archive.getvalue()))

    def test_names_a_format_that_was_asked_for_and_is_not_there(self) -> None:
        assert "this is camt; expected mt940" in str(refusal(CAMT, "mt940"))
        assert "this is mt940; expected camt" in str(refusal(MT940, "camt"))
        assert refusal(CAMT, "coda").code == "bank.format-unknown"


HEAD = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'


class TestHostileXml:
    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE Document [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
            '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
            "<!DOCTYPE Document [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12)) + "]>",
            '<!DOCTYPE Document [<!ENTITY a "' + "x" * 50_000 + '">]>',
            "<!DOCTYPE Document>",
        ],
        ids=["file", "parameter", "external", "laughs", "quadratic", "bare"],
    )
    def test_document_type_is_refused_and_never_resolved(self, doctype: str) -> None:
        text = CAMT.decode().replace(HEAD, doctype + HEAD).replace("Ourselves", "&x;&a11;&a;" if "ENTITY" in doctype else "us")
        start = time.perf_counter()
        refused = refusal(text.encode())
        assert refused.code in ("bank.file-forbidden", "bank.file-damaged", "bank.file-truncated", "bank.file-not-recognised")
        assert "root:" not in str(refused)
        assert time.perf_counter() - start < 2

    def test_include_is_not_followed(self) -> None:
        include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
        read = detect.read(CAMT.replace(b"Invoice 2026-17", include), "x")
        assert "root:" not in repr(read)

    def test_endless_depth_is_refused(self) -> None:
        deep = b"<a>" * 5000
        assert refusal(CAMT.replace(b"<NtryRef>1</NtryRef>", deep)).code == "bank.file-damaged"


def _is_beginning_of(part: BankFile, whole: BankFile) -> bool:
    return part.statements == whole.statements[: len(part.statements)]


class TestAnyDamage:
    """Whatever happens to the bytes: a refusal or statements that balance, never another error, never half a file."""

    def test_camt_cut_anywhere_is_refused(self) -> None:
        for at in range(0, len(CAMT), 17):
            if CAMT[at:].strip():
                refusal(CAMT[:at])

    def test_mt940_cut_anywhere_is_refused_or_lacks_nothing(self) -> None:
        read = []
        for at in range(len(MT940)):
            with contextlib.suppress(Refused):
                assert _is_beginning_of(detect.read(MT940[:at], "cut"), WHOLE["mt940"])
                read.append(at)
        closing = MT940.index(b":62F:C251231EUR1494,5") + len(b":62F:C251231EUR1494,5")
        assert min(read) >= closing  # only what follows the closing balance may be missing

    @given(
        st.sampled_from([CAMT, MT940]), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8)
    )
    @settings(max_examples=400, deadline=None)
    def test_flipped_bytes(self, data: bytes, changes: list[tuple[int, int]]) -> None:
        damaged = bytearray(data)
        for at, value in changes:
            damaged[at % len(damaged)] = value
        _read_or_refused(bytes(damaged))

    @given(st.sampled_from([CAMT, MT940]), st.integers(0, 10_000), st.integers(0, 400), st.binary(max_size=40))
    @settings(max_examples=400, deadline=None)
    def test_spliced_bytes(self, data: bytes, at: int, length: int, inserted: bytes) -> None:
        at %= len(data)
        _read_or_refused(data[:at] + inserted + data[at + length :])

    @given(st.text(alphabet=":0123456789,.CDRNEF{}-/?+\n EURx", max_size=300))
    @settings(max_examples=400, deadline=None)
    def test_noise_in_fields(self, noise: str) -> None:
        _read_or_refused(MT940.replace(b"GUTSCHRIFT", noise.encode()))
        _read_or_refused(b":20:X\n:25:Y\n:60F:" + noise.encode())


def _read_or_refused(data: bytes) -> None:
    try:
        read = detect.read(data, "damaged")
    except Refused:
        return
    for statement in read.statements:
        booked = sum(entry.total for entry in statement.entries if entry.is_booked)
        if statement.opening_balance is not None and statement.closing_balance is not None:
            assert statement.opening_balance + booked == statement.closing_balance
