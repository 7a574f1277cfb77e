// Shows the contract with Swagger UI; no outside validator is asked.
"use strict";
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: document.getElementById("swagger-ui").dataset.contract,
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: true,
});
