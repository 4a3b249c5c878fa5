// A line of the last two minutes, drawn as SVG.

const SVG = "http://www.w3.org/2000/svg";
const POINTS = 120;
const HEIGHT = 30;

function shape(name, cssClass) {
  const node = document.createElementNS(SVG, name);
  node.setAttribute("class", cssClass);
  return node;
}

export function spark(place) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${POINTS} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const base = shape("path", "base");
  base.setAttribute("d", `M0 ${HEIGHT}H${POINTS}`);
  const fill = shape("path", "fill");
  const stroke = shape("path", "stroke");
  svg.append(fill, base, stroke);
  place.append(svg);
  return (values, label) => {
    svg.setAttribute("aria-label", label);
    const top = Math.max(1e-9, ...values.map((value) => value ?? 0));
    const at = (value, index) => {
      const x = POINTS - values.length + index + 1;
      return `${x} ${(HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(2)}`;
    };
    let line = "";
    let area = "";
    let open = false;
    values.forEach((value, index) => {
      const x = POINTS - values.length + index + 1;
      if (value === null) {
        if (open) area += `V${HEIGHT}Z`;
        open = false;
        return;
      }
      line += `${open ? "L" : "M"}${at(value, index)}${open ? "" : "h.01"}`;
      area += open ? `L${at(value, index)}` : `M${x} ${HEIGHT}L${at(value, index)}`;
      open = true;
      if (index === values.length - 1 || values[index + 1] === null) area += `L${x} ${HEIGHT}`;
    });
    stroke.setAttribute("d", line);
    fill.setAttribute("d", area);
  };
}
