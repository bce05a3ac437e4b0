// One tooltip for the page: whatever has data-tip shows it under the mouse and under the keyboard's focus.

import { byId } from './dom.js';

const MARGIN = 8;
let owner = null;

function place(tip, target) {
    const box = target.getBoundingClientRect();
    const left = box.left + box.width / 2 - tip.offsetWidth / 2;
    const above = box.top - tip.offsetHeight - MARGIN;
    tip.style.left = `${Math.max(MARGIN, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - MARGIN))}px`;
    tip.style.top = `${above >= MARGIN ? above : box.bottom + MARGIN}px`;
}

function show(target) {
    const tip = byId('tip');
    owner = target;
    tip.textContent = target.dataset.tip;
    tip.hidden = false;
    if (target.tabIndex >= 0) target.setAttribute('aria-describedby', 'tip');
    place(tip, target);
}

function hideTip() {
    if (owner === null) return;
    byId('tip').hidden = true;
    owner.removeAttribute('aria-describedby');
    owner = null;
}

function onEnter(event) {
    const target = event.target.closest?.('[data-tip]');
    if (target === owner) return;
    hideTip();
    if (target) show(target);
}

// Under the mouse it is another element's turn; but the focus itself scrolls to what it goes to.
function onScroll() {
    if (owner !== null && owner === document.activeElement) place(byId('tip'), owner);
    else hideTip();
}

export function watchTips() {
    document.addEventListener('pointerover', onEnter);
    document.addEventListener('focusin', onEnter);
    document.addEventListener('focusout', hideTip);
    document.addEventListener('scroll', onScroll, { passive: true, capture: true });
    document.addEventListener('keydown', (event) => event.key === 'Escape' && hideTip());
}
