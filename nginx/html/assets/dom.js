// Elements from data. Text is always a text node: what the CRM holds can never become markup.

const SVG = 'http://www.w3.org/2000/svg';

function set(node, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [property, text] of Object.entries(value)) node.style.setProperty(property, text);
    else node.setAttribute(name, value === true ? '' : value);
}

function add(node, children) {
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined && child !== false) node.append(child);
    }
    return node;
}

function make(node, props, children) {
    for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
    return add(node, children);
}

/** h(tag, {attribute: value, onevent: function}, ...children): null, undefined and false are left out. */
export const h = (tag, props, ...children) => make(document.createElement(tag), props, children);

/** The same for SVG. */
export const svg = (tag, props, ...children) => make(document.createElementNS(SVG, tag), props, children);

export const byId = (id) => document.getElementById(id);

/** Puts children where others were. */
export function replace(node, ...children) {
    node.replaceChildren();
    return add(node, children);
}

/** A text of the CRM: its own direction, kept from its surroundings. */
export const crmText = (text, className) => h('bdi', { class: className, dir: 'auto' }, text);

/** Says something to who listens rather than looks. */
export function say(text) {
    byId('said').textContent = text;
}
