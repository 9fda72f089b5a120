// Folding for search, as `shared.text.fold` does it: Belarusian, Russian and Latin spellings meet in one form.

const CYRILLIC = {
  а: "a", б: "b", в: "v", г: "h", ґ: "h", д: "d", е: "e", ё: "e", є: "e", ж: "z", з: "z", и: "i", і: "i", ї: "i",
  й: "i", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ў: "u", ф: "f", х: "h",
  ц: "c", ч: "c", ш: "s", щ: "sc", ъ: "", ы: "i", ь: "", э: "e", ю: "iu", я: "ia",
};
const LATIN = {
  shch: "sc", sch: "sc", zh: "z", kh: "h", sh: "s", ch: "c", ts: "c", tz: "c", ya: "ia", ja: "ia", yu: "iu",
  ju: "iu", ye: "e", je: "e", yo: "e", jo: "e", g: "h", y: "i", j: "i", w: "v", q: "k", x: "ks", ł: "l", đ: "d",
  ø: "o", æ: "e",
};
const PARTS = new RegExp(Object.keys(LATIN).sort((a, b) => b.length - a.length).join("|"), "g");

export function fold(text) {
  return text
    .replaceAll("№", " ")
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/['’ʼ`′‘\u0301]/g, "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(PARTS, (part) => LATIN[part])
    .replace(/[а-яёєіїґў]/g, (letter) => CYRILLIC[letter] ?? letter)
    .replace(/[^a-z0-9]+/g, " ")
    .trim()
    .replace(/([a-z])\1+/g, "$1");
}
