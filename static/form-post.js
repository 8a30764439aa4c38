// Sends the only form of the page (OAuth 2.0 Form Post Response Mode, section 2). Without scripts the
// person presses its button. The prototype's method is called because a form field that is named
// "submit" would hide the form's own.
HTMLFormElement.prototype.submit.call(document.forms[0]);
