// Draws a page of running work again every two seconds, until it is looked away from.
setInterval(() => { if (!document.hidden) { location.reload(); } }, 2000);
