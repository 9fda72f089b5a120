// The form with a map to pick the place, and with work in place of the form's own token. Whatever fails here, the
// form is sent as it is: the server takes it without scripts too.

import { openMap } from "./ground.js";
import { words } from "./words.js";

const PATIENCE = 30000;
const form = document.getElementById("proposal");
const working = document.getElementById("working");
const config = JSON.parse(form.dataset.config);

document.getElementById("problems")?.focus();
if (document.getElementById("pick-map")) pickOnMap();
form.addEventListener("submit", send);

function pickOnMap() {
  const place = document.getElementById("pick-map");
  const picked = document.getElementById("picked");
  const { lat, lon } = form.elements;
  document.getElementById("pick-static").remove();
  place.hidden = false;
  const map = openMap(place, config, words(JSON.parse(form.dataset.texts), config.lang));
  const icon = window.L.divIcon({ className: "pin", html: flagPin(), iconSize: [36, 36], iconAnchor: [1, 36] });
  const mark = window.L.marker(map.getCenter(), { icon, draggable: true, keyboard: false });

  const show = () => {
    const at = [Number.parseFloat(lat.value), Number.parseFloat(lon.value)];
    if (!at.every(Number.isFinite)) return;
    mark.setLatLng(at).addTo(map);
    picked.textContent = picked.dataset.picked.replace("{lat}", at[0]).replace("{lon}", at[1]);
  };
  const pick = (latlng) => {
    const at = latlng.wrap();
    lat.value = at.lat.toFixed(5);
    lon.value = at.lng.toFixed(5);
    show();
  };
  map.on("click", (event) => pick(event.latlng));
  mark.on("dragend", () => pick(mark.getLatLng()));
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== place) return;
    event.preventDefault();
    pick(map.getCenter());
  });
  lat.addEventListener("change", show);
  lon.addEventListener("change", show);
  show();
}

function flagPin() {
  const html = document.createElement("div");
  const flag = document.createElement("img");
  const update = () => {
    flag.src = `/flags/${new FormData(form).get("flag") ?? "wrw"}.svg`;
  };
  flag.alt = "";
  update();
  form.addEventListener("change", (event) => event.target.name === "flag" && update());
  html.append(document.createElement("i"), flag, document.createElement("b"));
  return html;
}

async function send(event) {
  event.preventDefault();
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  working.textContent = form.dataset.working;
  form.elements.challenge.value = (await work().catch(() => "")) ?? "";
  form.submit();
}

/** Solve a fresh challenge in a worker; rejects when this browser cannot, or not in time. */
async function work() {
  const answer = await fetch("/api/v1/challenge", { cache: "no-store" });
  if (!answer.ok) return "";
  const challenge = await answer.json();
  const worker = new Worker(form.dataset.worker);
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      setTimeout(reject, PATIENCE);
      worker.postMessage(challenge);
    });
  } finally {
    worker.terminate();
  }
}
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
