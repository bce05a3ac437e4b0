// Runs before the first paint, and before the modules are there: a page that was set to dark never flashes light, and today's
// report is on its way while the modules load (api.js takes it over).
(() => {
    let theme = null;
    try {
        theme = localStorage.getItem('theme');
    } catch {
        // storage may be forbidden: then the system's theme it is
    }
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

    const query = new URLSearchParams(location.search);
    if (query.has('date')) return;      // whether that one is cached is asked first
    const mode = query.get('mode') === 'online' ? 'online' : 'offline';
    const address = `/api/report/counterparty-risk?mode=${mode}`;
    window.firstReport = { address, response: fetch(address, { credentials: 'same-origin' }) };
    window.firstReport.response.catch(() => {});    // who takes it over sees the failure
})();
