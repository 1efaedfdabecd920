import { Hono } from "hono";
import type { Dependencies } from "../dependencies.ts";
import type { UploadRoom } from "../request/upload_room.ts";
import { assets } from "./assets.ts";
import { dictionary } from "./dictionary_page.tsx";
import { home } from "./home_page.tsx";
import { job } from "./job/job_routes.tsx";
import { lookRoutes } from "./look_routes.tsx";
import { myFiles } from "./my_files_page.tsx";
import { providerRoutes } from "./provider_routes.tsx";
import { reconcileRoutes } from "./reconcile/reconcile_routes.ts";
import { requestFile } from "./request_page.ts";
import { signIn } from "./sign_in_page.tsx";

/** `GET /` and what belongs to it: the page for people who do not use curl. Works without script. */
export const page = (dependencies: Dependencies, uploads: UploadRoom) =>
  new Hono()
    .route("/", assets())
    .route("/", home(dependencies))
    .route("/", signIn(dependencies))
    .route("/", providerRoutes(dependencies))
    .route("/", requestFile(dependencies))
    .route("/", lookRoutes(dependencies))
    .route("/", myFiles(dependencies))
    .route("/", reconcileRoutes(dependencies, uploads))
    .route("/", job(dependencies))
    .route("/", dictionary(dependencies));
