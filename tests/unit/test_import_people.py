"""Who asked, answers or runs a chat: never a name, a link or a description, in any of nine languages."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.directory.exchange import FileError
from services.directory.exchange.columns.fields import PERSON, field_of
from services.directory.exchange.columns.people import about_person
from services.directory.exchange.values.people import is_personal, without_people
from tests.imported import checked, fields_of, taken

PEOPLE = """
Ваше имя|Ваш телеграм|Ваше имя в чате|Как вас зовут?|Как к вам обращаться|ФИО
Имя и фамилия|Контакт|Контактное лицо
кто добавил|Ссылка на админа|Telegram администратора|автор|телефон|Электронная почта|Ник в телеграме
Як вас завуць?|Кантактная асоба|Хто дадаў|Адмін чата|Тэлефон|Прозвішча|Зваротная сувязь|Ваша пошта
Як вас звати?|Ваше ім'я|Хто додав|Контактна особа|Власник|Прізвище
Twoje imię|Imię i nazwisko|Kto dodał?|Kontakt|Właściciel|Telefon|Administrator czatu
Jūsų vardas|Vardas, pavardė|Kas pridėjo|Atsakingas asmuo|Administratorius
Jūsu vārds|Vārds, uzvārds|Kas pievienoja|Tālrunis|Īpašnieks|Kontaktpersona
Your name|Your full name|What's your name?|Your Telegram username|Link to admin
organizer|submitter|submitted_by|addedBy
contactTelegram|owner.username|Phone number|email|Chat admin|Contact person
Ihr Name|Ansprechpartner|Vorname|Handy|Eingereicht von|Wer hat das hinzugefügt?
Votre nom|Prénom|Courriel|Responsable|Ajouté par|Propriétaire
"""
CHATS = """
Название чата|Название|Ссылка на чат|Ссылка|Название вашего чата|Ссылка на ваш чат|Как называется ваш чат?
Имя чата
Назва чата|Спасылка на вашу суполку|Як называецца чат?|Посилання на групу|Назва|Nazwa czatu|Link do czatu
Pokalbio pavadinimas|Nuoroda|Čata nosaukums|Saite|Chat name|Your chat name|Link to your chat|Invite link
title|link
Name der Gruppe|Gruppenname und Titel|Nom du groupe|Lien du groupe|Titre
"""


def each(names: str) -> list[str]:
    return [name for line in names.strip().splitlines() for name in line.split("|")]


@pytest.mark.parametrize("name", each(PEOPLE))
def test_columns_about_people_are_known_in_every_language(name: str) -> None:
    for spelling in (name, name.upper(), f"{name} *", name.replace(" ", "_"), f" {name}\u00a0"):
        assert field_of(spelling) == PERSON, about_person(spelling)


@pytest.mark.parametrize("name", each(CHATS))
def test_columns_about_chats_are_no_persons(name: str) -> None:
    assert field_of(name) in ("name", "link")


@pytest.mark.parametrize("name", each(PEOPLE))
def test_no_value_of_a_persons_column_is_published(tmp_path: Path, name: str) -> None:
    person = {
        "lat": 53.9,
        "lon": 27.5,
        name: "Ivanka Petrovich",
        "about": "Чат двара. Пішыце: Ivanka Petrovich",
    }
    document = json.dumps(
        [person | {"Ссылка на чат": "t.me/dzedemo_a"}, person | {name: "https://t.me/ivanka"}]
    )
    for file in ("x.json", "x.csv"):
        content = document if file == "x.json" else table(json.loads(document))
        found = taken(tmp_path, file, content)
        assert "ivanka" not in found.published.casefold()
        assert found.links == ["dzedemo_a"]


def table(rows: list[dict[str, object]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines)


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Name,Email,Chat link,lat,lon", "Ivan,i@example.org,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("Name,Phone,Chat name,link,lat,lon", "Ivan,1,Двор,t.me/dzedemo_a,53.9,27.5", "Двор"),
        ("Timestamp,Имя,Ссылка,lat,lon", "1,Ivan,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("name,admin,link,lat,lon", "Двор,Ivan,t.me/dzedemo_a,53.9,27.5", "Двор"),
        ("Имя,Ссылка,lat,lon", "Двор,t.me/dzedemo_a,53.9,27.5", "Двор"),
        ("Ваше имя,Название,Ссылка,lat,lon", "Ivan,Ivan,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("name,link,lat,lon", "ivan@example.org,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("name,link,lat,lon", "@ivan_p,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("name,link,lat,lon", "+375 29 000-00-00,t.me/dzedemo_a,53.9,27.5", "@dzedemo_a"),
        ("name,link,lat,lon", "Двор (админ @ivan_p),t.me/dzedemo_a,53.9,27.5", "Двор (админ )"),
    ],
)
def test_a_bare_name_is_a_persons_only_in_a_form(tmp_path: Path, header: str, row: str, name: str) -> None:
    assert taken(tmp_path, "x.csv", f"{header}\n{row}\n").names == [name]


def test_a_doubtful_column_for_links_is_withheld_and_the_report_says_how_to_have_it_read(
    tmp_path: Path,
) -> None:
    text = "Отметка времени,Telegram,Название чата,lat,lon\n1,@ivan_p,Двор,53.9,27.5\n"
    preview = checked(tmp_path, "x.csv", text + "2,@other_p,t.me/dzedemo_a,53.9,27.5\n")
    assert fields_of(preview)["Telegram"] == PERSON
    assert [row.content.link.value for row in preview.first] == ["dzedemo_a"]
    assert "“Telegram” may be a person's" in preview.report.skipped[0].why


NUMBERS = """
+375 29 123-45-67|+375(29)1234567|8 (029) 123 45 67|80291234567|375291234567|+380 44 123 45 67|+48 601 234 567
+370 612 34567|+371 2912 3456|+49 151 23456789|+33 6 12 34 56 78|00375291234567|29 123 45 67
ivan@example.org|ivan.petrov+chat@mail.example.by|ivan [at] example.org|ivan(собака)example.org
IVAN@EXAMPLE.ORG
tg://user?id=123456789|https://t.me/+375291234567
t.me/+375291234567|tg://resolve?phone=375291234567|tel:+375291234567
mailto:ivan@example.org|https://wa.me/375291234567|https://vk.com/id123456|viber://chat?number=%2B375291234567
skype:ivan.petrov|https://ok.ru/profile/123456789
https://api.whatsapp.com/send?phone=375291234567|тел. 123-45-67
"""


@pytest.mark.parametrize("value", each(NUMBERS))
def test_numbers_and_addresses_are_published_from_no_column(tmp_path: Path, value: str) -> None:
    texts = (value, f"Чат дома. {value}", f"{value} пишите", f"Двор ({value}), подъезд 2", f"<b>{value}</b>")
    rows = [
        {"name": text, "link": f"@dzedemo_{at}", "lat": 53.9, "lon": 27.5, "description": text}
        for at, text in enumerate(texts)
    ]
    found = taken(tmp_path, "x.json", json.dumps(rows))
    assert len(found.rows) == len(texts)
    digits = "".join(char for char in value if char.isdigit())
    told = " ".join(f"{row.content.name} {row.content.description}" for row in found.rows)
    assert value.casefold() not in told.casefold()
    assert not digits or digits[-7:] not in "".join(char for char in told if char.isdigit())
    assert "ivan" not in told.casefold()
    assert "person.left_out" in found.notes
    assert is_personal(value)


@pytest.mark.parametrize(
    "text",
    [
        "Двор на Садовой, дома 12-14-16-18-20", "Рафиева 95 97 99 101", "Мой дом - Парниковая 3",
        "Собираемся 12.09.2020 в 18 00", "53.900012, 27.500034", "2020-09-16 12:00:05", "12 000 000 соседей",
        "Чат: соседи, дома 1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "пишите в @dzedemo_chat", "Чат https://t.me/dzedemo_chat",
        "Вход с 9:00 до 21:00", "Дом №5 к.3, кв. 1-120", "A & B = C", "Новая Боровая 1/2 - квартал 7",
    ],
)  # fmt: skip
def test_other_numbers_and_words_stay(text: str) -> None:
    assert without_people(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Админ @ivan_p", "админы: @ivan_p и @olga_p", "По вопросам @ivan_p", "пишите @ivan_p",
        "@ivan_p — админ",
        "Чат двора. Связь: t.me/ivan_p", "contact https://t.me/ivan_p", "Контакты\n@ivan_p", "Ask @ivan_p",
        "Пытанні да @ivan_p", "Організатор — @ivan_p", "автор канала @ivan_p",
    ],
)  # fmt: skip
def test_an_account_that_the_words_around_it_give_to_a_person_is_left_out(text: str) -> None:
    cleaned = without_people(text, own="dzedemo_chat")
    assert cleaned.has_changed
    assert "ivan" not in cleaned.text
    assert (
        without_people(text.replace("ivan_p", "dzedemo_chat"), own="dzedemo_chat").text.count("dzedemo_chat")
        <= 1
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    country=st.sampled_from(["+375", "375", "80", "+380", "+7", "8", "+48", "+370", "+371", "+49", "00375"]),
    rest=st.text("0123456789", min_size=9, max_size=9),
    gaps=st.lists(st.sampled_from(["", " ", "-", " - ", "(", ") ", "\u00a0", "–"]), min_size=9, max_size=9),
)
def test_a_telephone_number_is_left_out_in_any_writing(country: str, rest: str, gaps: list[str]) -> None:
    number = country + "".join(f"{gap}{digit}" for gap, digit in zip(gaps, rest, strict=True))
    assert rest not in "".join(filter(str.isdigit, without_people(f"Чат, {number} звоните").text))


def test_what_a_person_is_called_is_left_out_of_the_other_texts_of_the_row(tmp_path: Path) -> None:
    text = (
        "Кто добавил,Название чата,Ссылка на чат,lat,lon,Описание\n"
        "Иван Петров,Двор,t.me/dzedemo_a,53.9,27.5,Чат. Вопросы задаёт ИВАН ПЕТРОВ по утрам\n"
        "Чат,Чат соседей,t.me/dzedemo_b,53.9,27.5,\n"
    )
    found = taken(tmp_path, "x.csv", text)
    assert "петров" not in found.published.casefold()
    assert found.names == ["Двор", "Чат соседей"]


def test_a_row_that_lost_its_order_is_not_read_where_people_stand_in_it(tmp_path: Path) -> None:
    text = "Ваше имя,Название чата,Ссылка на чат,lat,lon\nПетров, Иван,Двор,t.me/dzedemo_a,53.9,27.5\n"
    found = taken(tmp_path, "x.csv", text + "Анна,Сад,t.me/dzedemo_b,53.9,27.5\n")
    assert (found.names, found.reasons) == (["Сад"], [(2, "row.ragged")])


def test_an_export_of_telegrams_own_program_is_refused(tmp_path: Path) -> None:
    message = {"id": 1, "from": "Ivan", "from_id": "user1", "text": "t.me/dzedemo_a"}
    one = {"name": "Двор", "type": "private_supergroup", "id": 1, "messages": [message]}
    whole = {"about": "x", "personal_information": {"phone_number": "1"}, "chats": {"list": [one]}}
    for document in (one, whole):
        with pytest.raises(FileError, match="people's messages"):
            taken(tmp_path, "result.json", json.dumps(document))
