// Goes on to the application when all frames have loaded, or after a few seconds when one of them does
// not (OpenID Connect Front-Channel Logout, section 3). Without scripts the page goes on by itself a
// little later, or when the person presses the button.
(function () {
  var gone = false;
  function go() {
    var link = document.getElementById("continue");
    if (!gone && link) {
      gone = true;
      location.replace(link.href);
    }
  }
  addEventListener("load", go);
  setTimeout(go, 4000);
})();
