"""Tables and forms in many languages: the chat is published, and nothing of the people beside it."""

from pathlib import Path

import pytest

from services.directory.exchange.columns.fields import PERSON, field_of
from services.directory.exchange.values.people import without_people
from tests.imported import checked, fields_of, taken

FORMS = """
Marca temporal|Tu nombre|Tu usuario de Telegram|Nombre del chat|Enlace al chat|Latitud|Longitud
1/9/2020|Juan Pérez|@juan_perez|Vecinos Sur|LINK|53.9|27.5

Nombre|Teléfono|Contacto|Enlace|Ubicación
Juan Pérez|600123456|@juan_perez|LINK|53.9, 27.5

Nombre y apellidos|Correo electrónico|Grupo|Enlace del grupo|lat|lon
Juan Pérez|juan@example.org|Vecinos|LINK|53.9|27.5

نام شما|آیدی تلگرام شما|نام گروه|لینک گروه|lat|lon
علی رضایی|@ali_rezaei|همسایه‌ها|LINK|53.9|27.5

نام و نام خانوادگی|شماره تماس|عنوان|لینک|عرض جغرافیایی|طول جغرافیایی
علی رضایی|09121234567|همسایه‌ها|LINK|53.9|27.5

اسمك|رقم الهاتف|اسم المجموعة|رابط المجموعة|خط العرض|خط الطول
محمد علي|0501234567|الجيران|LINK|53.9|27.5

الاسم|البريد الإلكتروني|المجموعة|الرابط|lat|lon
محمد علي|m@example.org|الجيران|LINK|53.9|27.5

Атыңыз|Телеграм аккаунтыңыз|Чат атауы|Чатқа сілтеме|Ендік|Бойлық
Асқар Ахметов|@askar_a|Көршілер|LINK|53.9|27.5

Аты-жөні|Байланыс|Атауы|Сілтеме|lat|lon
Асқар Ахметов|@askar_a|Көршілер|LINK|53.9|27.5

Есіміңіз кім?|Кім қосты|Топтың атауы|Сілтеме|lat|lon
Асқар Ахметов|Айгүл|Көршілер|LINK|53.9|27.5

თქვენი სახელი|ტელეფონი|ჯგუფის სახელი|ბმული|lat|lon
გიორგი|599123456|მეზობლები|LINK|53.9|27.5

Adınız|Telegram kullanıcı adınız|Grup adı|Grup bağlantısı|Enlem|Boylam
Ahmet Yılmaz|@ahmet_y|Komşular|LINK|53.9|27.5

Il tuo nome|Contatto|Nome del gruppo|Link al gruppo|Latitudine|Longitudine
Mario Rossi|@mario_r|Vicini|LINK|53.9|27.5

Seu nome|Telefone|Nome do grupo|Link do grupo|Latitude|Longitude
João Silva|911234567|Vizinhos|LINK|53.9|27.5

Vaše jméno|Kontakt|Název skupiny|Odkaz|Zeměpisná šířka|Zeměpisná délka
Jan Novák|@jan_n|Sousedé|LINK|53.9|27.5

השם שלך|טלפון|שם הקבוצה|קישור|lat|lon
דוד כהן|0501234567|שכנים|LINK|53.9|27.5

你的名字|电话|群名|链接|lat|lon
王伟|13800138000|邻居|LINK|53.9|27.5

Ձեր անունը|Հեռախոս|Խմբի անվանումը|Հղում|lat|lon
Արամ|091123456|Հարևաններ|LINK|53.9|27.5

Ismingiz|Telefon raqamingiz|Guruh nomi|Havola|lat|lon
Anvar Karimov|901234567|Qo'shnilar|LINK|53.9|27.5

Wie heißen Sie?|Telegram-Name|Name der Gruppe|Link zur Gruppe|Breite|Länge
Hans Meier|@hans_m|Nachbarn|LINK|53.9|27.5

Zeitstempel|Name|Kontaktperson|Gruppenname|Gruppenlink|Breitengrad|Längengrad
1|Hans Meier|@hans_m|Nachbarn|LINK|53.9|27.5

Sygnatura czasowa|Jak masz na imię?|Twój nick na Telegramie|Nazwa grupy|Link|Szerokość|Długość
1|Jan Kowalski|@jan_k|Sąsiedzi|LINK|53.9|27.5

Позначка часу|Ваше ім’я та прізвище|Хто адмін?|Назва чату|Посилання на чат|Широта|Довгота
1|Олена Коваль|@olena_k|Сусіди|LINK|53.9|27.5

Ім'я|Нік в телеграмі|Чат|Посилання|Координати
Олена Коваль|@olena_k|Сусіди|LINK|53.9, 27.5

Пазнака часу|Імя заяўніка|Ваш нік у Telegram|Назва чата|Спасылка|Шырата|Даўгата
1|Алена Каваль|@alena_k|Суседзі|LINK|53.9|27.5

Кем добавлено|Имя|Телеграм|Наименование|URL|Ш|Д
Иван Петров|Иван Петров|@ivan_p|Соседи|LINK|53.9|27.5

Отправил|Чат|Ссылка на чат|lat|lon|Ответственный за чат|К кому обращаться
Иван Петров|Соседи|LINK|53.9|27.5|Пётр Иванов|@petr_i

От кого|Название|Ссылка|lat|lon|Источник|Примечание
Иван Петров|Соседи|LINK|53.9|27.5|Пётр Иванов|спросить Олю @olga_k, 8029 1234567

Submitted|Who runs it?|Chat|Join link|Lat|Long|How can we reach you?
Ann Smith|Bob Brown|Neighbours|LINK|53.9|27.5|@ann_smith

Requester|Moderated by|Title|Invite|Lat|Long|DM
Ann Smith|@bob_b|Neighbours|LINK|53.9|27.5|@ann_smith

first_name|last_name|username|title|chat_username|lat|lng
Ann|Smith|ann_smith|Neighbours|LINK|53.9|27.5

Reporter|Representative|Chat title|Chat|lat|lng|Point of contact
Ann Smith|Bob Brown|Neighbours|LINK|53.9|27.5|Ann

Leader|Manager|Staff|Group name|Group link|lat|lng
Ann Smith|Bob Brown|Zed Zedson|Neighbours|LINK|53.9|27.5

Name of resident|Link|lat|lng
Ann Smith|LINK|53.9|27.5

Name of person in charge|Link|lat|lng
Ann Smith|LINK|53.9|27.5

Neighbour's name|Link|lat|lng
Ann Smith|LINK|53.9|27.5

Nom complet|Lien|lat|lng
Ann Smith|LINK|53.9|27.5

Имя жильца|Ссылка|lat|lng
Иван Петров|LINK|53.9|27.5

Представитель дома|Старший по дому|Ссылка|lat|lng
Иван Петров|Ольга|LINK|53.9|27.5

Имя, фамилия|Ссылка|lat|lng|Описание
Иван Петров|LINK|53.9|27.5|ведёт Иван Петров

Имя Фамилия Отчество|Ссылка|lat|lng|Описание
Иван Петров|LINK|53.9|27.5|ведёт Петров Иван, тел 2345678

Laika zīmogs|Vārds|Tērzēšanas nosaukums|Saite|Platums|Garums
1|Jānis Bērziņš|Kaimiņi|LINK|53.9|27.5

Laiko žyma|Vardas|Pokalbio pavadinimas|Nuoroda|Platuma|Ilguma
1|Jonas Jonaitis|Kaimynai|LINK|53.9|27.5
"""
CHATS = """
Vecinos Sur|Vecinos|همسایهها|الجيران|Көршілер|მეზობლები|Komşular|Vicini|Vizinhos|Sousedé|שכנים
Հարևաններ|Qo'shnilar
Nachbarn|Sąsiedzi|Сусіди|Суседзі|Соседи|Neighbours|Kaimiņi|Kaimynai
"""


def each(text: str) -> list[str]:
    return [name for line in text.strip().splitlines() for name in line.split("|")]


@pytest.mark.parametrize("form", FORMS.strip().split("\n\n"))
@pytest.mark.parametrize("kind", ["one", "without a link"])
def test_forms_of_other_languages_publish_no_person(tmp_path: Path, form: str, kind: str) -> None:
    header, row = form.split("\n")
    cells = row.split("|")
    second = [cell.replace("LINK", "") for cell in cells]
    other = [cell.replace("LINK", "@dzedemo_b") for cell in cells]
    rows = [cells, second] if kind == "one" else [second, other]
    text = "\n".join(";".join(line) for line in [header.split("|"), *rows])
    found = taken(tmp_path, "form.csv", text.replace("LINK", "t.me/dzedemo_a"))
    assert found.links == (["dzedemo_a"] if kind == "one" else ["dzedemo_b"])
    assert {name for name in found.names if not name.startswith("@dzedemo")} <= set(each(CHATS))
    assert len(found.skipped) == 1


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Xxx;Yyy;lat;lon", "@ivan_p;@dzedemo_a;53.9;27.5"),
        ("Telegram;Yyy;lat;lon", "@ivan_p;@dzedemo_a;53.9;27.5"),
    ],
)
def test_of_two_unknown_columns_with_accounts_neither_is_published(
    tmp_path: Path, header: str, row: str
) -> None:
    preview = checked(tmp_path, "x.csv", f"{header}\n{row}\n")
    assert not preview.first
    assert "may be a person's" in preview.report.skipped[0].why
    invited = checked(
        tmp_path, "x.csv", f"{header}\n{row.replace('@dzedemo_a', 't.me/+AAAAAE1234567890abcdef')}"
    )
    assert [each.content.link.kind for each in invited.first] == ["invite"]
    same = checked(tmp_path, "x.csv", f"{header}\n{row.replace('@ivan_p', 't.me/dzedemo_a')}\n")
    assert [each.content.link.value for each in same.first] == ["dzedemo_a"]


def test_beside_a_column_for_links_no_other_account_is_published(tmp_path: Path) -> None:
    text = "Чат;Ссылка;Telegram;Zzz;lat;lon\nДвор;t.me/dzedemo_a;@ivan_p;@olga_k;53.9;27.5\n"
    preview = checked(tmp_path, "x.csv", text + "Сад;;@ivan_p;t.me/olga_k;53.8;27.5\n")
    assert [row.content.link.value for row in preview.first] == ["dzedemo_a"]
    assert "“Telegram” may be a person's" in preview.report.skipped[0].why
    other = "Ссылка;Telegram;lat;lon\nhttps://vk.com/dvor;@dzedemo_a;53.9;27.5\n"
    assert taken(tmp_path, "x.csv", other).links == ["dzedemo_a"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Name of resident", PERSON), ("Neighbour's name", PERSON), ("Имя старшей", PERSON),
        ("first name", PERSON), ("Vollständiger Name", PERSON), ("Name", "name"), ("name:be", "name"),
        ("name_ru", "name"), ("fields.Name", "name"), ("Name (2)", "name"), ("short name", "name"),
        ("Имя чата", "name"),
        ("Название двора", "name"), ("category.name", "kind"), ("owner.name", PERSON),
        ("Nombre de membres", "members"),
    ],
)  # fmt: skip
def test_a_name_whose_owner_is_unclear_is_a_persons(name: str, field: str | None) -> None:
    assert field_of(name) == field


def test_a_name_is_left_out_of_texts_in_any_order_and_case(tmp_path: Path) -> None:
    text = (
        "Название чата;Ссылка на чат;ФИО;Описание;lat;lon\n"
        "Двор;t.me/dzedemo_a;Иван Петров;Ведёт Петров Иван, спросите Ивана Петрова или И. Петрова;53.9;27.5\n"
    )
    published = taken(tmp_path, "x.csv", text).published
    assert "Петров Иван" not in published
    assert "Ивана Петрова" not in published


DESCRIPTION = (
    "Ваше имя: Иван Петров<br>Telegram: <a href='https://t.me/ivan_p'>@ivan_p</a><br>"
    "Ссылка: <a href='https://t.me/dzedemo_a'>чат</a><br>Чат: Двор<br>Для жильцов дома 5"
)
TABLE = (
    "<table><tr><td>Ваше имя</td><td>Иван Петров</td></tr><tr><td>Telegram</td><td>@ivan_p</td></tr>"
    "<tr><td>Ссылка</td><td>t.me/dzedemo_a</td></tr><tr><td>Чат</td><td>Двор</td></tr></table>"
)


@pytest.mark.parametrize("description", [DESCRIPTION, TABLE])
def test_answers_within_a_description_are_read_as_columns(tmp_path: Path, description: str) -> None:
    place = "<Point><coordinates>27.5,53.9</coordinates></Point>"
    text = (
        f"<kml><Placemark><name>Иван Петров</name><description><![CDATA[{description}]]></description>{place}"
    )
    preview = checked(tmp_path, "x.kml", text + "</Placemark></kml>")
    (row,) = preview.first
    assert (row.content.name, row.content.link.value) == ("Двор", "dzedemo_a")
    assert "ivan" not in row.content.description
    assert "Иван" not in row.content.description
    assert fields_of(preview)["Ваше имя"] == PERSON


def test_what_a_schema_calls_a_field_counts(tmp_path: Path) -> None:
    titles = {"f1": "Ваше имя", "f2": "Ссылка", "f3": "Контакт"}
    schema = "".join(
        f'<SimpleField name="{name}"><displayName>{title}</displayName></SimpleField>'
        for name, title in titles.items()
    )
    values = {"f1": "Иван Петров", "f2": "t.me/dzedemo_a", "f3": "@ivan_p"}
    data = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in values.items())
    text = (
        f'<kml><Document><Schema id="s">{schema}</Schema><Placemark><name>Иван Петров</name><ExtendedData>'
        f'<SchemaData schemaUrl="#s">{data}</SchemaData></ExtendedData>'
        "<Point><coordinates>27.5,53.9</coordinates></Point></Placemark></Document></kml>"
    )
    found = taken(tmp_path, "x.kml", text)
    assert (found.links, found.names) == (["dzedemo_a"], ["@dzedemo_a"])


def test_a_second_table_below_the_first_is_not_read_by_its_header(tmp_path: Path) -> None:
    text = "Название;Ссылка;lat;lon\nДвор;t.me/dzedemo_a;53.9;27.5\n\nАдмины;;;\nИмя;Телеграм;lat;lon\n"
    found = taken(tmp_path, "x.csv", text + "Иван;@ivan_p;53.9;27.5\n")
    assert found.links == ["dzedemo_a"]
    assert found.reasons == [(4, "link.empty"), (5, "row.other_table"), (6, "row.other_table")]


@pytest.mark.parametrize(
    "text",
    [
        "ivan (a) mail (dot) example", "ivan собака mail точка example", "ivan [at] mail.example",
        "Звоните: восемь ноль двадцать девять 1234567", "телефон дворника Ивана: 123-45-67",
    ],
)  # fmt: skip
def test_numbers_and_addresses_in_words_are_left_out(text: str) -> None:
    cleaned = without_people(f"Чат. {text}")
    assert cleaned.has_changed
    assert not {"ivan", "1234567", "123-45-67"} & set(cleaned.text.split())
