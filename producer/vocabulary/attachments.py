"""Attachments are uploaded once and sent often, by their id."""

from typing import Unpack

from producer.commands.results import Uploaded
from producer.commands.uploads import UploadAttachment
from producer.vocabulary.options import UploadOptions
from producer.vocabulary.submitting import Submitting
from producer.vocabulary.uploads import Upload, read_upload


class AttachmentMethods(Submitting):
    """Methods of uploads: a URL, or bytes, a path or an open file of at most 25 MB; ids last 90 days.

    `is_reusable` lets the upload go to other people too (default: not). `filename` names bytes.
    """

    __slots__ = ()

    def upload_attachment(
        self, attachment_type: str, attachment: str | Upload, **options: Unpack[UploadOptions]
    ) -> Uploaded:
        """Uploads an `audio`, `image`, `video` or `file`; gives its `attachment_id`.

        Args:
            attachment_type: `audio`, `image`, `video` or `file`.
            attachment: a URL, or bytes, a path or an open file of at most 25 MB.
            options: see `UploadOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(_upload(attachment_type, attachment, options))

    def upload_audio(self, audio: str | Upload, **options: Unpack[UploadOptions]) -> Uploaded:
        """Uploads a sound.

        Args:
            audio: a URL, or bytes, a path or an open file of at most 25 MB.
            options: see `UploadOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(_upload("audio", audio, options))

    def upload_image(self, image: str | Upload, **options: Unpack[UploadOptions]) -> Uploaded:
        """Uploads a picture; Meta fetches one of at most 8 MB from a URL.

        Args:
            image: a URL, or bytes, a path or an open file of at most 25 MB.
            options: see `UploadOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(_upload("image", image, options))

    def upload_video(self, video: str | Upload, **options: Unpack[UploadOptions]) -> Uploaded:
        """Uploads a video; Meta fetches a URL for at most 75 seconds.

        Args:
            video: a URL, or bytes, a path or an open file of at most 25 MB.
            options: see `UploadOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(_upload("video", video, options))

    def upload_file(self, file: str | Upload, **options: Unpack[UploadOptions]) -> Uploaded:
        """Uploads a file.

        Args:
            file: a URL, or bytes, a path or an open file of at most 25 MB.
            options: see `UploadOptions`.

        Raises:
            InvalidCommandError: names the path and the bound.
        """
        return self._run(_upload("file", file, options))


def _upload(kind: str, source: str | Upload, options: UploadOptions) -> UploadAttachment:
    reusable = options.get("is_reusable", False)
    token = options.get("access_token")
    if isinstance(source, str):
        return UploadAttachment(attachment_type=kind, url=source, is_reusable=reusable, access_token=token)
    filedata = read_upload(
        source,
        kind,
        "attachment",
        filename=options.get("filename"),
        content_type=options.get("content_type"),
    )
    return UploadAttachment(attachment_type=kind, filedata=filedata, is_reusable=reusable, access_token=token)
