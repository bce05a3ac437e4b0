// Runs before the first paint, so that a page that was set to dark never flashes light. Not a module: those come later.
(() => {
    let theme = null;
    try {
        theme = localStorage.getItem('theme');
    } catch {
        // storage may be forbidden: then the system's theme it is
    }
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
