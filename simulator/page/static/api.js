// Talking to /sim. A refusal is shown as a toast, in Telegram's words.

export async function look(path) {
  const answer = await fetch(`/sim/${path}`);
  if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText);
  return answer.json();
}

export async function act(name, fields) {
  const answer = await fetch(`/sim/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
  const body = await answer.json();
  if (answer.ok) return body;
  toast(typeof body.detail === "string" ? body.detail : "That is not possible");
  return null;
}

export async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  const answer = await fetch("/sim/files", { method: "POST", body: form });
  if (!answer.ok) {
    toast("That file is too large");
    return null;
  }
  return (await answer.json()).file;
}

let timer = 0;
export function toast(text, long = false) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => place.classList.remove("shown"), long ? 8000 : 3500);
}
