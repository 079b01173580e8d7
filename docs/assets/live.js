// Draws pictures anew when they come into view, so that they show numbers and answer to sliders (docs/hooks/live.py).
// The picture of the page stays until the new one is there, and where anything fails.
"use strict";

var firthPictures = {};

(function () {
  const loaded = new Map();

  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise(function (resolve, reject) {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  }

  async function draw(figure) {
    await Promise.all([load(figure.dataset.library), load(figure.dataset.script)]);
    const drawn = document.createElement("div");
    drawn.className = "live-picture";
    const options = {actions: false, ast: true, renderer: "svg"};
    const image = figure.querySelector("img");
    await vegaEmbed(drawn, firthPictures[figure.dataset.picture], options);
    const picture = drawn.querySelector("svg");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", image.alt);
    image.replaceWith(drawn);
    figure.dataset.live = "true";
  }

  // The wheel scrolls the page, and zooms a map only once it has been clicked.
  function keepScrolling(figure) {
    figure.addEventListener("wheel", function (event) {
      if (!figure.matches(".live-active")) event.stopPropagation();
    }, {capture: true});
    figure.addEventListener("click", () => figure.classList.add("live-active"));
    figure.addEventListener("pointerleave", () => figure.classList.remove("live-active"));
  }

  const watching = new IntersectionObserver(function (entries) {
    for (const {isIntersecting, target} of entries) {
      if (!isIntersecting) continue;
      watching.unobserve(target);
      keepScrolling(target);
      draw(target).catch(console.error);
    }
  }, {rootMargin: "400px"});
  document.querySelectorAll("figure.live").forEach((figure) => watching.observe(figure));
})();
