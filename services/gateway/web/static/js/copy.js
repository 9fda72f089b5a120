// The start page of a mirror: everything from the file beside it.

import { Book } from "./book.js";
import { View } from "./view.js";
import { words } from "./words.js";

const place = document.getElementById("map");
const config = JSON.parse(place.dataset.config);
const text = words(JSON.parse(place.dataset.texts), config.lang);
const book = new Book(window.DZE_BOOK, config.lang);
config.areas = book.areas;
const view = new View({ source: book.source(), config, text });
view.total = book.entries.length;
if (new Date().toISOString().slice(0, 10) > config.until) document.getElementById("expired").hidden = false;
